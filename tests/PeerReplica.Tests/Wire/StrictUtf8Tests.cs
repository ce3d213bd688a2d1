using PeerReplica.Wire;

namespace PeerReplica.Tests.Wire;

public sealed class StrictUtf8Tests
{
    [Fact]
    public void Text_can_be_encoded_if_every_surrogate_has_its_other_half()
    {
        // Not as inline data: attributes hold UTF-8, and so no half of a pair.
        foreach (var text in (string[])["", "plain", "ä\u20AC\uFFFD", "a\uD83D\uDE00z"])
        {
            Assert.True(StrictUtf8.CanEncode(text));
            Assert.Equal(text, StrictUtf8.Encoding.GetString(StrictUtf8.Encoding.GetBytes(text)));
        }

        foreach (var text in (string[])["\uD83D", "\uDE00", "a\uD83D", "\uD83Dz", "a\uDE00z", "\uDE00\uD83D", "\uD83D\uDE00\uD83D"])
        {
            Assert.False(StrictUtf8.CanEncode(text), $"{(int)text[0]:x4}, {text.Length} characters");
            Assert.ThrowsAny<ArgumentException>(() => StrictUtf8.Encoding.GetBytes(text));
        }
    }

    [Fact]
    public void Encoded_text_has_no_byte_order_mark() => Assert.Empty(StrictUtf8.Encoding.Preamble.ToArray());

    [Fact]
    public void Bytes_that_are_not_utf8_are_not_decoded() =>
        Assert.ThrowsAny<ArgumentException>(() => StrictUtf8.Encoding.GetString([0xFF]));
}
