package io.dbops.routing;

import io.dbops.Node;
import io.dbops.Pools;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a router, each with its observer: who is added, removed and found by name.
 *
 * <p>A node keeps its index for life; an index that became free is given to the next node. Thread-safe; readers see one
 * volatile, changes are made one after another.
 */
final class Members {

    /** A node and who watches it. */
    record Member(RoutedNode node, NodeObserver observer) {}

    private final RouterCore core;
    private final String application;
    private final @Nullable Pools pools;
    private final ReentrantLock changing = new ReentrantLock();
    private volatile @Nullable Member[] byIndex = new @Nullable Member[0];
    private boolean closed;

    Members(RouterCore core, String application, @Nullable Pools pools) {
        this.core = core;
        this.application = application;
        this.pools = pools;
    }

    /** Adds a node, which is not watched yet. */
    Member add(Node given, Sampling sampling) {
        changing.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the router is closed");
            }
            if (find(given.name()) != null) {
                throw new IllegalArgumentException(
                        "node (" + given.name() + "): is there already; give each server a name of its own");
            }
            int index = free();
            var node = core.routedNode(index, given, application, pools);
            var member = new Member(node, new NodeObserver(node, core, application, sampling));
            @Nullable Member[] changed = Arrays.copyOf(byIndex, Math.max(byIndex.length, index + 1));
            changed[index] = member;
            byIndex = changed;
            // Under the lock, so that a node that has its name or index next comes after it there, too.
            core.monitor().added(node);
            return member;
        } finally {
            changing.unlock();
        }
    }

    private int free() {
        int index = 0;
        while (index < byIndex.length && byIndex[index] != null) {
            index++;
        }
        return index;
    }

    /** Takes a node out. Its observer and pool are the caller's to close. */
    Member remove(String name) {
        changing.lock();
        try {
            Member member = require(name);
            @Nullable Member[] changed = byIndex.clone();
            changed[member.node.index()] = null;
            byIndex = changed;
            core.monitor().removed(member.node);
            return member;
        } finally {
            changing.unlock();
        }
    }

    boolean has(String name) {
        return find(name) != null;
    }

    private @Nullable Member find(String name) {
        for (Member member : all()) {
            if (member.node.name().equals(name)) {
                return member;
            }
        }
        return null;
    }

    Member require(String name) {
        Member member = find(name);
        if (member == null) {
            throw new IllegalArgumentException("node (" + name + "): must be one of "
                    + all().stream().map(each -> each.node.name()).collect(Collectors.joining(", ")));
        }
        return member;
    }

    /** All members, in the order of their indexes. */
    List<Member> all() {
        return Arrays.stream(byIndex).filter(Objects::nonNull).toList();
    }

    /** Does something with a node's observer, unless the node was removed. */
    void observe(RoutedNode node, Consumer<NodeObserver> action) {
        @Nullable Member[] current = byIndex;
        Member member = node.index() < current.length ? current[node.index()] : null;
        if (member != null && member.node == node) {
            action.accept(member.observer);
        }
    }

    /** Ends all observers, then all pools that were opened for this router. */
    void close() {
        List<Member> ending;
        changing.lock();
        try {
            closed = true;
            ending = new ArrayList<>(all());
        } finally {
            changing.unlock();
        }
        ending.forEach(member -> member.observer.stop());
        ending.forEach(member -> member.observer.close());
        ending.forEach(member -> member.node.close());
    }
}
