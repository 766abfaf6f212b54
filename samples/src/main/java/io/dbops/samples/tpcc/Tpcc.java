package io.dbops.samples.tpcc;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * An order-entry workload after TPC-C while everything breaks, and what must be true of its data nevertheless.
 *
 * <p>The tables, the five transactions, their shares and the consistency conditions are those of TPC-C; clients do not
 * think or type, customers are found by number, and the company is small. It measures nothing that may be compared with
 * a TPC-C result.
 *
 * <p>Ends with status 0 if every condition holds, 1 if one does not or a fault never struck, and 2 if the run could not be
 * finished.
 */
public final class Tpcc {

    private static final String DEFAULT_SECONDS = "20";
    private static final String DEFAULT_THREADS = "8";

    private Tpcc() {}

    /**
     * Runs the workload on servers that it starts and removes.
     *
     * @param args none, or how many seconds, 20 by default; then on how many threads, 8 by default; then a number, to
     *     draw again what a run with that seed drew
     */
    public static void main(String[] args) {
        long seconds = Long.parseLong(args.length > 0 ? args[0] : DEFAULT_SECONDS);
        int threads = Integer.parseInt(args.length > 1 ? args[1] : DEFAULT_THREADS);
        long seed = args.length > 2
                ? Long.parseLong(args[2])
                : ThreadLocalRandom.current().nextInt(1_000_000);
        System.out.println(seconds + " s, " + threads + " threads, seed " + seed);
        System.exit(play(new Run(PostgresServers::new, Scale.SMALL, Duration.ofSeconds(seconds), threads, seed)));
    }

    private static int play(Run run) {
        try {
            Report report = run.play();
            report.print(System.out);
            System.out.println();
            System.out.println(report.holds() ? "all of it holds" : "NOT ALL OF IT HOLDS; seed " + run.seed());
            return report.holds() ? 0 : 1;
        } catch (Exception e) {
            e.printStackTrace();
            System.out.println("it could not be finished; seed " + run.seed());
            return 2;
        }
    }
}
