pkgs := libmnl libnftnl
