pkgs := jansson
