# SPDX-License-Identifier: Apache-2.0
# RabbitMQ, through which the services talk.  Debian's wrapper would change to another user; Erlang is
# kept from waiting busily.  Sourced.

messages_listen() { ss -Hltn "src $address:5672" | grep -q .; }

messages_start() (
    export HOME="$var/rabbitmq" RABBITMQ_NODENAME=lab@localhost RABBITMQ_CONF_ENV_FILE=/nonexistent
    export RABBITMQ_MNESIA_BASE="$var/rabbitmq/mnesia" RABBITMQ_LOG_BASE="$log/rabbitmq"
    export RABBITMQ_CONFIG_FILE="$etc/rabbitmq" RABBITMQ_ENABLED_PLUGINS_FILE="$etc/rabbitmq-plugins"
    export RABBITMQ_PID_FILE="$run/erlang.pid" RABBITMQ_DIST_PORT=25672 ERL_EPMD_ADDRESS=127.0.0.1
    export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none \
-kernel inet_dist_use_interface {127,0,0,1}"
    mkdir -p "$var/rabbitmq/mnesia" "$log/rabbitmq"
    daemon rabbitmq /usr/lib/rabbitmq/bin/rabbitmq-server
    ready rabbitmq 240 messages_listen
)
