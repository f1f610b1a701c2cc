# SPDX-License-Identifier: Apache-2.0
pkgs := libmongoc-1.0 jansson
