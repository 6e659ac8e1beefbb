-- The data set as it lies: one row per file of the partner.
create or replace view bars as
select * from read_parquet('$location/bars/$files', hive_partitioning = true,
    hive_types = {partner: varchar, feed: varchar, date: date});

create or replace view days as
select * from read_parquet('$location/days/$files', hive_partitioning = true,
    hive_types = {partner: varchar, feed: varchar, date: date});
