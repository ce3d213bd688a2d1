using PeerReplica.Diagnostics;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.Diagnostics;

public sealed class PrintableTests
{
    [Theory]
    [InlineData("plain text, äöü 東京 🎫", "plain text, äöü 東京 🎫")]
    [InlineData("a\r\nINFO: forged", "a\\u000D\\u000AINFO: forged")]
    [InlineData("\u001b[2Jcleared", "\\u001B[2Jcleared")]
    [InlineData("x\u2028y\u2029z\u0085", "x\\u2028y\\u2029z\\u0085")]
    [InlineData("abc\u202Etxt.exe", "abc\\u202Etxt.exe")]
    [InlineData("\0", "\\u0000")]
    public void Nothing_can_forge_a_line_or_steer_a_terminal(string text, string shown) => Assert.Equal(shown, Printable.Escape(text));

    [Fact]
    public void A_log_message_escapes_what_a_peer_calls_itself()
    {
        using var logs = new CapturedLogs();
        var logger = new DeferredLogger(logs.CreateLogger("PeerReplica"), run => run(), () => false);
        Log.PeerChanged(logger, "evil\nINFO all is well", "127.0.0.1:1", PeerState.Up);
        Assert.Equal("Peer evil\\u000AINFO all is well at 127.0.0.1:1 is Up.", Assert.Single(logs.All).Message);
    }
}
