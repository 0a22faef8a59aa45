-- The transfers of the bank, on MariaDB 10.5 or later, or MySQL 8. It may run again. There are no foreign keys: users are in a database
-- of their own, and the pipeline has to live with dangling ids.
create table if not exists transfers (
  id bigint not null auto_increment primary key,
  from_user_id bigint not null,
  to_user_id bigint not null,
  amount decimal(18, 2) not null,
  status enum('PENDING', 'COMPLETED', 'FAILED', 'REVERSED') not null default 'PENDING',
  request_id varchar(64) character set utf8mb4 collate utf8mb4_bin null unique,
  created_at timestamp(3) not null default current_timestamp(3),
  last_updated_at timestamp(3) not null default current_timestamp(3) on update current_timestamp(3),
  key transfers_from (from_user_id),
  key transfers_to (to_user_id)
) engine = innodb default character set = utf8mb4;

-- What each request has made. It outlives the transfer.
create table if not exists requests (
  id varchar(64) character set utf8mb4 collate utf8mb4_bin not null primary key,
  fingerprint varchar(64) character set ascii not null,
  transfer_id bigint not null
) engine = innodb default character set = utf8mb4;

-- Which database this is: positions in the logs of two databases have no order.
create table if not exists cdc_database (id varchar(36) not null) engine = innodb default character set = ascii;
insert into cdc_database select uuid() from dual where not exists (select 1 from cdc_database);
