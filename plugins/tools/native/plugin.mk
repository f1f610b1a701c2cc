pkgs := jansson
programs := vmtp-probe:probe
