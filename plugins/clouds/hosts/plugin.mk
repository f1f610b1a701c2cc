pkgs := libssh2 libcrypto
