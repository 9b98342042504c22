with

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

products as (

    select * from {{ ref('int_products_resolved_to_present') }}

),

groups as (

    select distinct
        coalesce(segment, 'unspecified') as segment,
        coalesce(country, 'unspecified') as country,
        coalesce(industry, 'unspecified') as industry,
        cast(null as {{ dbt.type_string() }}) as product_family
    from accounts

    union all

    select distinct
        cast(null as {{ dbt.type_string() }}) as segment,
        cast(null as {{ dbt.type_string() }}) as country,
        cast(null as {{ dbt.type_string() }}) as industry,
        product_family
    from products

)

select
    segment,
    country,
    industry,
    product_family,
    product_family is not null as is_family,
    cast(
        row_number() over (order by segment, country, industry, product_family)
        as integer
    ) as group_id
from groups
