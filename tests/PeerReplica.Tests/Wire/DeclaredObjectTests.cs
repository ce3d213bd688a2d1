using PeerReplica.Crdts;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Wire;

/// <summary>What peers say that they registered: when two declarations agree, and what is refused.</summary>
public sealed class DeclaredObjectTests
{
    private static readonly DeclaredObject s_seats =
        new(new ObjectIdentity("seats", ObjectKind.Map, "string"), "bytes", [100, -5]);

    [Fact]
    public void Declarations_agree_if_no_part_differs()
    {
        Assert.True(s_seats.Agrees(s_seats with { Terms = [100, -5] }));
        DeclaredObject[] others =
        [
            s_seats with { Identity = s_seats.Identity with { Name = "seat" } }, s_seats with { Identity = s_seats.Identity with { Kind = ObjectKind.Set } },
            s_seats with { Identity = s_seats.Identity with { KeyEncoding = "bytes" } }, s_seats with { ValueEncoding = "string" },
            s_seats with { Terms = [100] }, s_seats with { Terms = [100, 5] }, s_seats with { Terms = [100, -5, 0] },
        ];
        Assert.All(others, o => Assert.False(s_seats.Agrees(o)));
        Assert.All(others, o => Assert.False(o.Agrees(s_seats)));
    }

    [Theory]
    [InlineData(0UL, false)]
    [InlineData(1UL, true)]
    [InlineData(200UL, true)]
    [InlineData(255UL, true)]
    [InlineData(256UL, false)]
    public void Kind_is_between_1_and_255_whether_known_or_not(ulong kind, bool isRead) =>
        Assert.Equal(isRead ? (ObjectKind)kind : null, Read(kind: kind)?.Identity.Kind);

    [Theory]
    [InlineData(1024, true)]
    [InlineData(1025, false)]
    public void Names_have_at_most_1024_bytes(int length, bool isRead)
    {
        var name = new string('x', length);
        Assert.Equal(isRead ? name : null, Read(name: name)?.Identity.Name);
        Assert.Equal(isRead ? name : null, Read(keys: name)?.Identity.KeyEncoding);
        Assert.Equal(isRead ? name : null, Read(values: name)?.ValueEncoding);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(8, true)]
    [InlineData(9, false)]
    public void Terms_are_at_most_8(int count, bool isRead)
    {
        var terms = Enumerable.Range(-3, count).Select(t => (long)t).ToArray();
        Assert.Equal(isRead ? terms : null, Read(terms: [.. terms.Select(Fields.Int)])?.Terms);
    }

    [Fact]
    public void Term_that_is_no_number_is_refused() => Assert.Null(Read(terms: [Fields.Int(1), Fields.Text("2")]));

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void Declaration_of_another_number_of_fields_than_5_is_refused(int fields)
    {
        byte[][] parts =
            [Fields.Text("a"), Fields.UInt(1), Fields.Text(""), Fields.Text(""), Fields.Array(), Fields.Array()];
        Assert.Null(
            ControlReader.ReadObjects(Frame([.. Fields.Bool(false), 0x91, .. Fields.Array(parts[..fields])]), out _));
    }

    [Fact]
    public void Smallest_declarations_fill_a_message_without_a_byte_to_spare()
    {
        // Six bytes each: the check of the announced count must admit them, and one more than there are must be
        // refused.
        byte[] smallest = [0x95, 0xA0, 0x01, 0xA0, 0xA0, 0x90];
        Assert.Equal(
            2, ControlReader.ReadObjects(Frame([0xC3, 0x92, .. smallest, .. smallest]), out var isContinued)?.Length);
        Assert.True(isContinued);
        Assert.Null(ControlReader.ReadObjects(Frame([0xC2, 0x93, .. smallest, .. smallest]), out _));
        Assert.Null(
            ControlReader.ReadObjects(Frame([0xC2, 0x92, .. smallest, 0x95, 0xA0, 0x00, 0xA0, 0xA0, 0x90]), out _));
        Assert.Null(ControlReader.ReadObjects(Frame([0x91, .. smallest, 0xC2]), out _));
    }

    private static DeclaredObject? Read(string name = "a", ulong kind = 1, string keys = "", string values = "", byte[][]? terms = null)
    {
        var bytes =
            Fields.Array(Fields.Text(name), Fields.UInt(kind), Fields.Text(keys), Fields.Text(values), Fields.Array(terms ?? []));
        return ControlReader.ReadObjects(Frame([.. Fields.Bool(false), 0x91, .. bytes]), out _) is [var declared] ? declared : null;
    }

    /// <summary>A message of two fields after its type.</summary>
    private static byte[] Frame(byte[] fields) => [0x93, (byte)MessageType.Objects, .. fields];
}
