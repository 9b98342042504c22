{{ incomplete_keys(arr_tables(), ref('refused_arr_rows')) }}
