# SPDX-License-Identifier: Apache-2.0
pkgs := sqlite3 jansson
