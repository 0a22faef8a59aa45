import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/** The JSON value of the data set, and where its fields are in the bytes (bench/gen/transfer.ts). */
@JsonPropertyOrder({"amount", "currency", "account", "status", "note", "fee"})
@JsonInclude(JsonInclude.Include.NON_NULL)
public final class Transfer {
    static final int AMOUNT_AT = 10;
    static final int CURRENCY_AT = 29;
    static final int ACCOUNT_AT = 45;
    static final int ACCOUNT_LENGTH = 13;

    public long amount;
    public String currency;
    public String account;
    public String status;
    public String note;
    public Long fee;

    Transfer withFee(long newFee) {
        Transfer copy = new Transfer();
        copy.amount = amount;
        copy.currency = currency;
        copy.account = account;
        copy.status = status;
        copy.note = note;
        copy.fee = newFee;
        return copy;
    }
}
