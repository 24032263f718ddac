#!/bin/sh
# Write what is this place's own, then become PgBouncer. PGBOUNCER_DATABASE_HOST and _PORT: PostgreSQL's.
set -eu
run=/run/pgbouncer
cp /etc/huiying-pgbouncer/pgbouncer.ini "$run/"
cat >"$run/pgbouncer.local.ini" <<END
listen_addr = 0.0.0.0
listen_port = 6432
unix_socket_dir =
auth_file = ${PGBOUNCER_USERS:-/users/userlist.txt}
server_tls_sslmode = ${PGBOUNCER_SERVER_TLS_SSLMODE:-prefer}
${PGBOUNCER_SERVER_TLS_CA_FILE:+server_tls_ca_file = $PGBOUNCER_SERVER_TLS_CA_FILE}
[databases]
* = host=${PGBOUNCER_DATABASE_HOST:?the address of PostgreSQL} port=${PGBOUNCER_DATABASE_PORT:-5432}
END
cd "$run"
exec pgbouncer pgbouncer.ini
