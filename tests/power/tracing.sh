# How operations are recorded, to be sourced by bash.

changes=openat,openat2,creat,write,pwrite64,writev,pwritev,pwritev2,ftruncate,truncate,fallocate
changes+=,copy_file_range,sendfile,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir,mknod,mknodat
changes+=,chmod,fchmod,fchmodat,fsync,fdatasync,sync_file_range,syncfs,sync
# Who calls; inode numbers, which programs remember; what is said to the CA.
others=execve,newfstatat,sendto

umask 022

# A program built with AddressSanitizer ends badly under strace when it looks for leaks.
export ASAN_OPTIONS=detect_leaks=0

# record_calls FILE ARGUMENTS...: strace with these arguments; all bytes in hexadecimal, nothing shortened
record_calls() {
    local file=$1
    shift
    exec strace --follow-forks --decode-fds=path --strings-in-hex=all --string-limit=1100000 --no-abbrev --signal=none \
        --trace="$changes,$others" --abbrev=execve --output="$file" "$@"
}

# snapshot ROOT DIRECTORY
snapshot() {
    mkdir -p "$2"
    cp --archive "$1/etc" "$1/var" "$2"
}

# before ROOT FOLDER
before() {
    snapshot "$1" "$2/before"
    (cd "$1" && find etc var -printf '%i %p\n') > "$2/inodes"
    echo "$1" > "$2/root"
}
