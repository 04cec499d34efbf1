"""Prints what DuckDB reads from a Parquet file, as JSON: read_parquet.py FILE [CSV to compare it with]"""
import json
import sys

import duckdb

path, csv = (sys.argv[1:] + [None])[:2]
connection = duckdb.connect()
connection.execute("set timezone = 'UTC'")


def rows(query):
    return connection.sql(query).fetchall()


answer = {
    'types': {name: kind for name, kind, *_ in rows(f"describe select * from '{path}'")},
    'rows': rows(f"select count(*) from '{path}'")[0][0],
    'sum': str(rows(f"select sum(amount) from '{path}'")[0][0]),
    'groups': rows(f"select count(distinct row_group_id) from parquet_metadata('{path}')")[0][0],
    'users': [name for name, in rows(f"""select distinct "user" from '{path}' where "user" is not null""")],
}
if csv is not None:
    # As texts, each converted from its type; the CSV's texts without their guards.
    instant = "'%Y-%m-%dT%H:%M:%S.%fZ'"
    guard = r"'^''([=+@\t\r-])', '\1'"
    answer['differing'] = rows(f"""
        with parquet as (
            select strftime(occurred_at, {instant}), interaction_id, description, units, amount, currency, balance_after, "user",
                   destination, strftime(recorded_at, {instant})
              from '{path}'
        ), csv as (
            select column0, regexp_replace(column1, {guard}), column2, column3::bigint, column4::decimal(19, 6), column5,
                   column6::decimal(19, 6), regexp_replace(column7, {guard}), regexp_replace(column8, {guard}), column9
              from read_csv('{csv}', header = false, skip = 1, all_varchar = true, delim = ',', quote = '"', escape = '"')
        )
        select count(*) from ((from parquet except all from csv) union all (from csv except all from parquet))
    """)[0][0]
print(json.dumps(answer))
