-- The users of the bank, on MariaDB 10.5 or later, or MySQL 8. It may run again.
create table if not exists users (
  id bigint not null auto_increment primary key,
  name varchar(255) not null,
  created_at timestamp(3) not null default current_timestamp(3),
  last_updated_at timestamp(3) not null default current_timestamp(3) on update current_timestamp(3)
) engine = innodb default character set = utf8mb4;

-- Which database this is: positions in the logs of two databases have no order.
create table if not exists cdc_database (id varchar(36) not null) engine = innodb default character set = ascii;
insert into cdc_database select uuid() from dual where not exists (select 1 from cdc_database);
