{{ incomplete_keys(raw_contract(), ref('refused_rows')) }}
