package io.dbops.routing;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Replicas that a read prefers equally, and the choice between them. Immutable.
 *
 * <p>The first choice is drawn by weight. A second one, drawn from the others, replaces it if it is clearly the less
 * busy or the faster. Busy is what a read would find in flight, times how long that takes, over the weight; and since
 * the draw has counted the weights already, the second is to be better with the read than the first is without. So
 * weights hold while all answer alike, and a node that gets slower gets fewer reads at once, without a threshold.
 */
final class Tier {

    /** Below this a difference is noise. */
    private static final long LEAST_MICROS = 1_000;

    /** Who chooses, and knows what may serve. */
    interface Read {

        /**
         * Whether a replica promises to serve.
         *
         * @param random any number, the same for all replicas of one choice
         */
        boolean isPromising(NodeView view, int random);
    }

    final NodeView[] views;
    private final long[] shares;
    /** Up to where each one's share of all shares goes. */
    private final int[] upTo;

    private final boolean areEqual;

    Tier(NodeView[] views) {
        this.views = views;
        shares = new long[views.length];
        upTo = new int[views.length];
        int sum = 0;
        for (int i = 0; i < views.length; i++) {
            int share = views[i].node.health().share();
            sum += share;
            shares[i] = share;
            upTo[i] = sum;
        }
        areEqual = Arrays.stream(shares).allMatch(each -> each == shares[0]);
    }

    /**
     * The replica to be asked for a connection.
     *
     * @param read who asks
     * @param random any number, evenly distributed
     * @param but a node that is not to be chosen
     * @return {@code null} if none promises to serve
     */
    @Nullable
    NodeView choose(Read read, int random, @Nullable RoutedNode but) {
        int first = promising(draw(random), read, random, but);
        int count = views.length;
        if (first < 0) {
            return null;
        }
        if (count == 1 || isUnbeatable(views[first].node)) {
            return views[first];
        }
        int step = count == 2 ? 1 : 1 + scaled(random * 0x9E3779B9, count - 1);
        int at = first + step;
        int second = at < count ? at : at - count;
        // Seldom better, so it is asked for its promise last.
        return isBetter(second, first) && isPromising(second, read, random, but) ? views[second] : views[first];
    }

    private int draw(int random) {
        if (areEqual) {
            return scaled(random, upTo.length);
        }
        int at = scaled(random, upTo[upTo.length - 1]);
        int i = 0;
        while (upTo[i] <= at) {
            i++;
        }
        return i;
    }

    /** A random number, evenly distributed from 0 to below a bound. */
    private static int scaled(int random, int bound) {
        return (int) ((Integer.toUnsignedLong(random) * bound) >>> 32);
    }

    private int promising(int start, Read read, int random, @Nullable RoutedNode but) {
        int count = views.length;
        for (int i = 0; i < count; i++) {
            int at = start + i;
            int index = at < count ? at : at - count;
            if (isPromising(index, read, random, but)) {
                return index;
            }
        }
        return -1;
    }

    private boolean isPromising(int index, Read read, int random, @Nullable RoutedNode but) {
        NodeView view = views[index];
        return view.node != but && read.isPromising(view, random);
    }

    /** Whether no other one could be better, whatever it is like: told without looking at it, as most reads find it. */
    private static boolean isUnbeatable(RoutedNode node) {
        return node.load() == 0 && node.health().micros() <= 2 * LEAST_MICROS;
    }

    /** Whether the second choice is to replace the first. */
    private boolean isBetter(int second, int first) {
        RoutedNode a = views[first].node;
        RoutedNode b = views[second].node;
        long slowness = Math.max(LEAST_MICROS, a.health().micros());
        long other = Math.max(LEAST_MICROS, b.health().micros());
        int busy = a.load();
        if (busy == 0 && slowness <= 2 * other) {
            return false;
        }
        // Multiplied by both shares instead of divided by one.
        long would = (b.load() + 1L) * other * shares[first];
        return busy * slowness * shares[second] > would
                || (slowness > 2 * other && (busy + 1L) * slowness * shares[second] > would);
    }
}
