# Makes the user who reads the log of changes, with no more rights than that takes. The image runs it once, after the tables are made.
set -eu
mariadb --user=root --password="$(cat "${ROOT_PASSWORD_FILE:-/run/secrets/database-root-password}")" <<SQL
create user if not exists capture@'%' identified by '$(cat "${CAPTURE_PASSWORD_FILE:-/run/secrets/capture-password}")';
grant select on bank.* to capture@'%';
grant replication slave, binlog monitor on *.* to capture@'%';
SQL
