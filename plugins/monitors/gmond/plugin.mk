# SPDX-License-Identifier: Apache-2.0
pkgs := expat zlib libconfuse libtirpc
links := -lganglia
