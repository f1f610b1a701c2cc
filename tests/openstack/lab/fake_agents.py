#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Reports a living Linux bridge agent for each fake hypervisor, so that neutron binds ports there.

fake_agents.py NEUTRON-CONFIGURATION COUNT
"""
import eventlet

eventlet.monkey_patch()

import sys
import time

from neutron.agent import rpc
from neutron.common import config
from neutron.conf.agent import common
from neutron_lib import context
from neutron_lib.agent import topics
from oslo_config import cfg


def state(number):
    return {
        "binary": "neutron-linuxbridge-agent",
        "host": f"fake{number}",
        "topic": "N/A",
        "agent_type": "Linux bridge agent",
        "agent_id": f"lbfake{number}",
        "start_flag": True,
        "configurations": {
            "tunnel_types": ["vxlan"],
            "tunneling_ip": f"10.77.1.{number}",
            "bridge_mappings": {},
            "interface_mappings": {},
            "devices": 0,
            "extensions": [],
            "l2_population": True,
        },
    }


def main(path, count):
    common.register_agent_state_opts_helper(cfg.CONF)
    config.register_common_config_options()
    config.init(["--config-file", path])  # names the exchange that neutron listens to
    reporter = rpc.PluginReportStateAPI(topics.REPORTS)
    states = [state(number + 1) for number in range(count)]
    while True:
        for one in states:
            reporter.report_state(context.get_admin_context_without_session(), one, use_call=True)
            one.pop("start_flag", None)
        time.sleep(20)


main(sys.argv[1], int(sys.argv[2]))
