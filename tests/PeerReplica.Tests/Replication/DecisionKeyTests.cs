using MessagePack;
using PeerReplica.Replication;
using PeerReplica.Tests.Escrow;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>Which bytes name a slot of the log of decisions.</summary>
public sealed class DecisionKeyTests
{
    private static readonly ReplicaId s_formation = new(7);

    [Fact]
    public void A_slot_is_read_as_it_was_written()
    {
        var key = new DecisionsObject().EntryOf(s_formation, 12).Key;
        Assert.True(DecisionsObject.TryRead(key, out var bootstrapId, out var slot));
        Assert.Equal((s_formation, 12UL), (bootstrapId, slot));
        Assert.Equal(Key(2, 12), key);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_slot_has_two_fields(int fields) =>
        Assert.False(DecisionsObject.TryRead(Key(fields, 12), out _, out _));

    [Fact]
    public void Nothing_precedes_a_slot_or_follows_it()
    {
        var key = Key(2, 12);
        Assert.False(DecisionsObject.TryRead([.. key, 0xC0], out _, out _));
        Assert.False(DecisionsObject.TryRead(key.AsSpan(0, key.Length - 1), out _, out _));
        Assert.False(DecisionsObject.TryRead(key.AsSpan(1), out _, out _));
        Assert.False(DecisionsObject.TryRead([], out _, out _));
        Assert.False(DecisionsObject.TryRead([0x92, 0x01, 0x01], out _, out _));
    }

    private static byte[] Key(int fields, ulong slot) => RecordBytes.Of((ref MessagePackWriter output) =>
    {
        output.WriteArrayHeader(fields);
        output.WriteReplicaId(s_formation);
        output.WriteUInt(slot);
    });
}
