# Clears away an embedded cluster when the JVM that started it is gone, however it went.
#
# Standard input is a pipe that only the JVM holds open: end of file means that it closed the cluster or died.
# What runs in the cluster's directory is then ended, and the directory removed. Started as: sh -c SCRIPT watchdog DIR
#
# Servers are found by their working directory, which for every process of PostgreSQL is its data directory. So nothing
# has to be recorded, children and frozen processes are found as well, and a reused pid cannot be mistaken for ours.

dir=$1
trap '' HUP INT QUIT TERM
cd / || exit 1
while read -r _; do :; done

servers() {
    if [ -d /proc/self ]; then
        for p in /proc/[0-9]*; do
            read -r name 2>/dev/null <"$p/comm" || continue
            case $name in postgres | initdb | unshare | setpriv | chroot) ;; *) continue ;; esac
            case $(readlink "$p/cwd" 2>/dev/null) in "$dir" | "$dir"/*) echo "${p#/proc/}" ;; esac
        done
    else
        # No /proc (macOS): postmasters carry the directory in their command line, children have a postmaster as parent.
        ps -A -o pid= -o ppid= -o command= | awk -v dir="$dir/" '
            { parent[$1] = $2 }
            index($0, "bin/postgres -D " dir) || index($0, "bin/initdb -D " dir) { ours[$1] = 1 }
            END { for (pid in parent) if (pid in ours || parent[pid] in ours) print pid }'
    fi
}

# An orderly immediate shutdown first, because it also returns the shared memory; from the 30th look on, by force.
look=0
while pids=$(servers) && [ -n "$pids" ] && [ $look -lt 300 ]; do
    if [ $look -eq 0 ]; then
        for p in $pids; do kill -CONT "$p"; kill -QUIT "$p"; done
    elif [ $look -ge 30 ]; then
        for p in $pids; do kill -KILL "$p"; done
    fi 2>/dev/null
    look=$((look + 1))
    sleep 0.1
done

# The seventh line of a postmaster.pid that was left behind is the key and the id of a shared memory segment.
for f in "$dir"/*/postmaster.pid; do
    [ -f "$f" ] && ipcrm -m "$(awk 'NR == 7 { print $2 }' "$f")" 2>/dev/null
done
rm -rf "$dir"
