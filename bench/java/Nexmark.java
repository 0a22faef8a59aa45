import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.WindowedSerdes;
import org.apache.kafka.streams.processor.WallclockTimestampExtractor;

/** The programs of Nexmark, as in bench/ours/topologies/nexmark. */
final class Nexmark {
    private static final Duration TEN_SECONDS = Duration.ofSeconds(10);
    private static final Duration GRACE = Duration.ofDays(1);
    private static final Serde<Event> EVENTS = JsonSerde.of(new TypeReference<Event>() {});
    private static final Serde<Long> LONG = Serdes.Long();

    private Nexmark() {}

    private static KStream<String, Event> events(StreamsBuilder builder, JsonNode inputs) {
        return builder.stream(inputs.get(0).asText(), Consumed.with(Serdes.String(), EVENTS));
    }

    static void q0(StreamsBuilder builder, JsonNode inputs, String output) {
        events(builder, inputs).to(output, Produced.with(Serdes.String(), EVENTS));
    }

    public record Converted(long auction, long bidder, long price, long time) {}

    static void q1(StreamsBuilder builder, JsonNode inputs, String output) {
        events(builder, inputs).filter(Event::isBid)
            .mapValues(bid -> new Converted(bid.auction, bid.bidder, bid.price * 908 / 1000, bid.time))
            .to(output, Produced.with(Serdes.String(), JsonSerde.of(new TypeReference<Converted>() {})));
    }

    public record Selected(long auction, long price) {}

    static void q2(StreamsBuilder builder, JsonNode inputs, String output) {
        events(builder, inputs).filter(Event::isBid)
            .filter((key, bid) -> bid.auction % 123 == 0)
            .mapValues(bid -> new Selected(bid.auction, bid.price))
            .to(output, Produced.with(Serdes.String(), JsonSerde.of(new TypeReference<Selected>() {})));
    }

    public record Local(String name, String city, String state, long auction) {}

    static void q3(StreamsBuilder builder, JsonNode inputs, String output) {
        Set<String> states = Set.of("OR", "ID", "CA");
        Serde<Local> locals = JsonSerde.of(new TypeReference<Local>() {});
        KStream<String, Event> all = events(builder, inputs);
        KTable<Long, Event> sellers = all.filter(Event::isPerson)
            .filter((key, person) -> states.contains(person.state))
            .selectKey((key, person) -> person.id)
            .toTable(Materialized.with(LONG, EVENTS));
        all.filter(Event::isAuction)
            .filter((key, auction) -> auction.category == 10)
            .selectKey((key, auction) -> auction.id)
            .toTable(Materialized.with(LONG, EVENTS))
            .join(sellers, auction -> auction.seller,
                (auction, person) -> new Local(person.name, person.city, person.state, auction.id),
                Materialized.with(LONG, locals))
            .toStream()
            .to(output, Produced.with(LONG, locals));
    }

    public record Winner(long id, long category, long seller, long price) {}

    private static KTable<Long, Winner> winners(StreamsBuilder builder, JsonNode inputs) {
        KStream<String, Event> all = events(builder, inputs);
        KTable<Long, Long> prices = all.filter(Event::isBid)
            .groupBy((key, bid) -> bid.auction, Grouped.with(LONG, EVENTS))
            .aggregate(() -> 0L, (key, bid, most) -> Math.max(most, bid.price), Materialized.with(LONG, LONG));
        return all.filter(Event::isAuction)
            .selectKey((key, auction) -> auction.id)
            .toTable(Materialized.with(LONG, EVENTS))
            .join(prices, (auction, price) -> new Winner(auction.id, auction.category, auction.seller, price));
    }

    public record Sum(long count, long total) {}

    static void q4(StreamsBuilder builder, JsonNode inputs, String output) {
        winners(builder, inputs)
            .groupBy((id, winner) -> KeyValue.pair(winner.category, winner.price), Grouped.with(LONG, LONG))
            .aggregate(() -> new Sum(0, 0),
                (key, price, sum) -> new Sum(sum.count + 1, sum.total + price),
                (key, price, sum) -> new Sum(sum.count - 1, sum.total - price),
                Materialized.with(LONG, JsonSerde.of(new TypeReference<Sum>() {})))
            .mapValues(sum -> sum.count == 0 ? 0L : sum.total / sum.count)
            .toStream()
            .to(output, Produced.with(LONG, LONG));
    }

    static void q5(StreamsBuilder builder, JsonNode inputs, String output) {
        bidsBy(events(builder, inputs), bid -> bid.auction)
            .windowedBy(TimeWindows.ofSizeAndGrace(TEN_SECONDS, GRACE).advanceBy(Duration.ofSeconds(2)))
            .count(Materialized.with(LONG, LONG))
            .toStream()
            .groupBy((window, count) -> window.window().start(), Grouped.with(LONG, LONG))
            .aggregate(() -> 0L, (key, count, most) -> Math.max(most, count), Materialized.with(LONG, LONG))
            .toStream()
            .to(output, Produced.with(LONG, LONG));
    }

    static void q6(StreamsBuilder builder, JsonNode inputs, String output) {
        Serde<List<Winner>> lists = JsonSerde.of(new TypeReference<List<Winner>>() {});
        winners(builder, inputs)
            .groupBy((id, winner) -> KeyValue.pair(winner.seller, winner),
                Grouped.with(LONG, JsonSerde.of(new TypeReference<Winner>() {})))
            .aggregate(List::of, (key, winner, last) -> added(last, winner), (key, winner, last) -> removed(last, winner),
                Materialized.with(LONG, lists))
            .toStream()
            .to(output, Produced.with(LONG, lists));
    }

    private static List<Winner> added(List<Winner> last, Winner winner) {
        List<Winner> all = new ArrayList<>(last);
        all.add(winner);
        all.sort(Comparator.comparingLong(Winner::id).reversed());
        return all.subList(0, Math.min(10, all.size()));
    }

    private static List<Winner> removed(List<Winner> last, Winner winner) {
        return last.stream().filter(each -> each.id != winner.id).toList();
    }

    static void q7(StreamsBuilder builder, JsonNode inputs, String output) {
        bidsBy(events(builder, inputs), bid -> 0L)
            .windowedBy(TimeWindows.ofSizeAndGrace(TEN_SECONDS, GRACE))
            .aggregate(() -> 0L, (key, bid, most) -> Math.max(most, bid.price), Materialized.with(LONG, LONG))
            .toStream()
            .to(output, Produced.with(new WindowedSerdes.TimeWindowedSerde<>(LONG, TEN_SECONDS.toMillis()), LONG));
    }

    public record Opened(String name, long auction) {}

    static void q8(StreamsBuilder builder, JsonNode inputs, String output) {
        KStream<String, Event> all = events(builder, inputs);
        KStream<Long, Event> opened = all.filter(Event::isAuction).selectKey((key, auction) -> auction.seller);
        all.filter(Event::isPerson)
            .selectKey((key, person) -> person.id)
            .join(opened, (person, auction) -> new Opened(person.name, auction.id),
                JoinWindows.ofTimeDifferenceAndGrace(TEN_SECONDS, GRACE), StreamJoined.with(LONG, EVENTS, EVENTS))
            .to(output, Produced.with(LONG, JsonSerde.of(new TypeReference<Opened>() {})));
    }

    static void q11(StreamsBuilder builder, JsonNode inputs, String output) {
        bidsBy(events(builder, inputs), bid -> bid.bidder)
            .windowedBy(SessionWindows.ofInactivityGapAndGrace(TEN_SECONDS, GRACE))
            .count(Materialized.with(LONG, LONG))
            .toStream()
            .to(output, Produced.with(new WindowedSerdes.SessionWindowedSerde<>(LONG), LONG));
    }

    static void q12(StreamsBuilder builder, JsonNode inputs, String output) {
        var consumed = Consumed.with(Serdes.String(), EVENTS).withTimestampExtractor(new WallclockTimestampExtractor());
        bidsBy(builder.stream(inputs.get(0).asText(), consumed), bid -> bid.bidder)
            .windowedBy(TimeWindows.ofSizeAndGrace(TEN_SECONDS, GRACE))
            .count(Materialized.with(LONG, LONG))
            .toStream()
            .to(output, Produced.with(new WindowedSerdes.TimeWindowedSerde<>(LONG, TEN_SECONDS.toMillis()), LONG));
    }

    private interface KeyOf {
        long of(Event event);
    }

    private static KGroupedStream<Long, Event> bidsBy(KStream<String, Event> all, KeyOf key) {
        return all.filter(Event::isBid).groupBy((before, bid) -> key.of(bid), Grouped.with(LONG, EVENTS));
    }
}
