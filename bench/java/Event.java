import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/** An event of Nexmark: a person, an auction or a bid, each with its fields (bench/gen/nexmark.ts). */
@JsonPropertyOrder({"kind", "id", "name", "email", "city", "state", "item", "seller", "category", "initialBid",
    "auction", "bidder", "price", "channel", "url", "time"})
@JsonInclude(JsonInclude.Include.NON_NULL)
public final class Event {
    public String kind;
    public Long id;
    public String name;
    public String email;
    public String city;
    public String state;
    public String item;
    public Long seller;
    public Long category;
    public Long initialBid;
    public Long auction;
    public Long bidder;
    public Long price;
    public String channel;
    public String url;
    public Long time;

    static boolean isPerson(Object key, Event event) {
        return event.kind.equals("person");
    }

    static boolean isAuction(Object key, Event event) {
        return event.kind.equals("auction");
    }

    static boolean isBid(Object key, Event event) {
        return event.kind.equals("bid");
    }
}
