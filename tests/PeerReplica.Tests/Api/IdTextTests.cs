using System.Globalization;
using System.Text.Json;

namespace PeerReplica.Tests.Api;

/// <summary>Ids as text and in JSON, and what concerns and states look like there.</summary>
public sealed class IdTextTests
{
    private static readonly ReplicaId s_id = new(new UInt128(0x0123456789abcdef, 0xfedcba9876543210));
    private static readonly HoldId s_hold = new(s_id, 0x2a);

    [Fact]
    public void Ids_are_parsed_and_formatted_in_spans()
    {
        Assert.Equal("0123456789abcdeffedcba9876543210", $"{s_id}");
        Assert.Equal("0123456789abcdeffedcba9876543210-2a", $"{s_hold:G}");
        Assert.Equal(s_id, ReplicaId.Parse(s_id.ToString()));
        Assert.Equal(s_hold, HoldId.Parse(s_hold.ToString().AsSpan(), CultureInfo.InvariantCulture));
        Span<char> tight = stackalloc char[35];
        Assert.True(s_hold.TryFormat(tight, out var written, default, null));
        Assert.Equal(s_hold.ToString(), tight[..written].ToString());
        Assert.False(s_id.TryFormat(tight[..31], out written, default, null));
        Assert.Equal(0, written);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0123456789abcdeffedcba987654321")]
    [InlineData("0123456789abcdeffedcba98765432100")]
    [InlineData(" 123456789abcdeffedcba9876543210")]
    [InlineData("0123456789abcdeffedcba9876543210-")]
    [InlineData("0123456789abcdeffedcba9876543210-12345678901234567")]
    [InlineData("0123456789abcdeffedcba9876543210+2a")]
    [InlineData("1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    [InlineData("0123456789abcdeffedcba9876543210-2a\0")]
    [InlineData("0123456789abcdeffedcba9876543210-0000000000000002a")]
    public void Text_that_is_no_id_is_refused(string text)
    {
        Assert.False(ReplicaId.TryParse(text, out _));
        Assert.False(HoldId.TryParse(text, out _));
        Assert.Throws<FormatException>(() => ReplicaId.Parse(text));
        Assert.Throws<FormatException>(() => HoldId.Parse(text));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<HoldId>(JsonSerializer.Serialize(text)));
    }

    [Fact]
    public void Unknown_format_is_refused()
    {
        Assert.Throws<FormatException>(() => s_id.ToString("X", null));
        Assert.Throws<FormatException>(() => $"{s_hold:n}");
    }

    [Fact]
    public void Json_holds_ids_as_text_also_as_names_of_properties()
    {
        var map = new Dictionary<ReplicaId, HoldId> { [s_id] = s_hold };
        var json = JsonSerializer.Serialize(map);
        Assert.Equal($$"""{"{{s_id}}":"{{s_hold}}"}""", json);
        Assert.Equal(map, JsonSerializer.Deserialize<Dictionary<ReplicaId, HoldId>>(json));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ReplicaId>("12"));
    }

    [Fact]
    public void Json_holds_states_as_words()
    {
        var json = JsonSerializer.Serialize(new object[] { ReplicaState.Running, PeerState.Up, PoolOutcome.OwnerAway, MapChangeKind.Reset });
        Assert.Equal("""["Running","Up","OwnerAway","Reset"]""", json);
    }

    [Fact]
    public void Concern_says_all_of_itself()
    {
        Assert.Equal("Local", WriteConcern.Local.ToString());
        Assert.Equal("Peers(2)", WriteConcern.Peers(2).ToString());
        Assert.Equal("Majority.WithTimeout(00:00:01.5000000)", WriteConcern.Majority.WithTimeout(TimeSpan.FromSeconds(1.5)).ToString());
        Assert.Equal("All.WithTimeout(Infinite)", ReadConcern.All.WithTimeout(Timeout.InfiniteTimeSpan).ToString());
    }
}
