package io.dbops.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.routing.FleetMessage.Answer;
import io.dbops.routing.FleetMessage.Question;
import io.dbops.routing.FleetMessage.Unclear;
import io.dbops.routing.jdbc.Witness.Elsewhere;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What instances say to each other, and what anybody else may say on the same channel. */
class FleetMessageTest {

    private static final StackTraceElement SITE = new StackTraceElement("com.acme.Orders", "place", "Orders.java", 41);

    @Test
    void whatIsSaidIsUnderstood() {
        for (FleetMessage message : List.of(
                new Question("me", 7, 1_763_000_000_000_000L, 31, List.of(31L, 32L)),
                new Answer("me", 7, 31, new Elsewhere("orders", "order", SITE, "http-1/2", 3)),
                new Answer("me", 7, 31, new Elsewhere("orders", null, SITE, "", 1)),
                new Unclear("me", 7, 31, "one of two"))) {
            assertThat(FleetMessage.of(message.encoded())).isEqualTo(message);
        }
    }

    @Test
    void theLongestMessageFitsIntoANotification() {
        String wide = "\u4e16".repeat(5_000);
        var site = new StackTraceElement(wide, wide, wide, 41);
        var answer = new Answer("me", 7, 31, new Elsewhere(wide, wide, site, wide, 1));
        var question = new Question(
                wide,
                Long.MIN_VALUE,
                Long.MIN_VALUE,
                Long.MIN_VALUE,
                LongStream.range(0, 10).mapToObj(i -> Long.MAX_VALUE).toList());

        assertThat(answer.encoded().getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(8_000);
        assertThat(question.encoded().getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(8_000);
        assertThat(FleetMessage.of(answer.encoded())).isInstanceOf(Answer.class);
        assertThat(FleetMessage.of(question.encoded()))
                .isEqualTo(new Question(
                        wide.substring(0, 200), Long.MIN_VALUE, Long.MIN_VALUE, Long.MIN_VALUE, question.pids()));
    }

    @Test
    void nothingHeardBreaksALineOfTheLog() {
        var answer = new Answer("me", 7, 31, new Elsewhere("a\nb", "c\r\u2028d", SITE, "t\u001b[31m", 1));

        assertThat(FleetMessage.of(answer.encoded()))
                .isInstanceOfSatisfying(
                        Answer.class,
                        heard -> assertThat(heard.unit().instance()
                                        + heard.unit().name()
                                        + heard.unit().thread())
                                .doesNotContainPattern("[\\p{Cc}\\u2028]"));
    }

    @Test
    void whatOthersSayIsIgnored() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        String right = new Answer("me", 7, 31, new Elsewhere("orders", "order", SITE, "t", 1)).encoded();
        for (int i = 0; i < 10_000; i++) {
            var text = new StringBuilder(right);
            for (int n = random.nextInt(4); n >= 0; n--) {
                int at = random.nextInt(text.length());
                text.replace(at, at + random.nextInt(text.length() - at), random.nextBoolean() ? "\u001f" : "x9");
                text.append(random.nextBoolean() ? "" : "\u001f-1");
            }
            assertThat(understood(text.toString()))
                    .as("seed %d: %s", seed, text)
                    .isTrue();
        }
        assertThat(FleetMessage.of("")).isNull();
        assertThat(FleetMessage.of("hello")).isNull();
        assertThat(FleetMessage.of("dbops1\u001fq\u001fme\u001f1\u001f2\u001f3\u001f"))
                .isNull();
        assertThat(FleetMessage.of("dbops2\u001fq\u001fme\u001f1\u001f2\u001f3"))
                .isNull();
    }

    /** As something, or as nothing; it does not throw. */
    private static boolean understood(String text) {
        FleetMessage message = FleetMessage.of(text);
        return message == null || message.encoded().startsWith(FleetMessage.VERSION);
    }
}
