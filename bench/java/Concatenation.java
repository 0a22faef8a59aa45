import java.util.Arrays;

/** What the joins of this suite answer: the left value, and behind it the right one where there is one. */
final class Concatenation {
    private Concatenation() {}

    static byte[] of(byte[] left, byte[] right) {
        if (right == null) return left.clone();
        byte[] both = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        return both;
    }
}
