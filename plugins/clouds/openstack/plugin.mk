pkgs := libcurl jansson libssh2 libcrypto yaml-0.1
