package io.dbops.routing;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads what Patroni's REST API answers, as far as it tells who is primary. What it does not know it passes over; what
 * it needs must be there in the right form.
 */
final class PatroniAnswers {

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private PatroniAnswers() {}

    /** A member of the cluster. Without an address its word cannot be asked for. */
    record Member(
            String name,
            String role,
            String state,
            @Nullable String apiUrl) {}

    /** What {@code GET /cluster} says. Patroni 3.0 leaves out the cluster's name. */
    record Cluster(@Nullable String scope, List<Member> members) {}

    /** What {@code GET /primary} says of the node itself. Patroni 3.0 leaves out its name. */
    record Status(@Nullable String scope, @Nullable String name, String role, boolean isPaused, boolean isUnlocked) {}

    static Cluster cluster(byte[] body) throws IOException {
        Map<?, ?> cluster = object(body);
        if (!(cluster.get("members") instanceof List<?> entries)) {
            throw new IOException("the answer has no list \"members\"");
        }
        List<Member> members = new ArrayList<>();
        for (Object entry : entries) {
            if (!(entry instanceof Map<?, ?> member)) {
                throw new IOException("the answer has a member that is no object");
            }
            members.add(new Member(
                    text(member, "name"), text(member, "role"), text(member, "state"), textOrNull(member, "api_url")));
        }
        return new Cluster(textOrNull(cluster, "scope"), members);
    }

    static Status status(byte[] body) throws IOException {
        Map<?, ?> status = object(body);
        Map<?, ?> patroni = status.get("patroni") instanceof Map<?, ?> object ? object : Map.of();
        return new Status(
                textOrNull(patroni, "scope"),
                textOrNull(patroni, "name"),
                text(status, "role"),
                Boolean.TRUE.equals(status.get("pause")),
                Boolean.TRUE.equals(status.get("cluster_unlocked")));
    }

    private static String text(Map<?, ?> object, String name) throws IOException {
        String text = textOrNull(object, name);
        if (text == null) {
            throw new IOException("the answer lacks \"" + name + "\" where it belongs");
        }
        return text;
    }

    private static @Nullable String textOrNull(Map<?, ?> object, String name) throws IOException {
        Object value = object.get(name);
        if (value != null && !(value instanceof String)) {
            throw new IOException("the answer has a \"" + name + "\" that is no text");
        }
        return (String) value;
    }

    private static Map<?, ?> object(byte[] body) throws IOException {
        try (JsonParser json = JSON.createParser(body)) {
            json.nextToken();
            if (value(json) instanceof Map<?, ?> object && json.nextToken() == null) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw new IOException("the answer is not JSON: " + e.getOriginalMessage(), e);
        }
        throw new IOException("the answer is not one JSON object");
    }

    /** Texts, objects, lists and booleans; numbers are not needed and read as null. The parser bounds the depth. */
    private static @Nullable Object value(JsonParser json) throws IOException {
        JsonToken token = json.currentToken();
        if (token == JsonToken.START_OBJECT) {
            Map<String, @Nullable Object> object = new HashMap<>();
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                json.nextToken();
                object.put(name, value(json));
            }
            return object;
        }
        if (token == JsonToken.START_ARRAY) {
            List<@Nullable Object> list = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                list.add(value(json));
            }
            return list;
        }
        if (token == JsonToken.VALUE_STRING) {
            return json.getText();
        }
        return (token != null && token.isBoolean()) ? json.getBooleanValue() : null;
    }
}
