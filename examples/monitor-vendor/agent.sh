#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Stands in for a vendor's agent: prints what it knows, a figure a line, and ends.
for folder in /sys/class/net/*/statistics; do
    name=${folder%/statistics}
    name=${name##*/}
    echo "$name.frames $(cat "$folder/rx_packets")"
    echo "$name.rx_drops $(cat "$folder/rx_dropped")"
    echo "$name.tx_drops $(cat "$folder/tx_dropped")"
done
echo "temperature 41.5"
