using PeerReplica.Crdts;
using PeerReplica.Replication;

namespace PeerReplica.Tests.Replication;

/// <summary>How many objects that are not registered an origin may bring, and all origins together.</summary>
public sealed class UnregisteredObjectsTests
{
    private static readonly ReplicaId s_one = new(1);
    private static readonly ReplicaId s_two = new(2);
    private readonly UnregisteredObjects _objects = new();

    [Fact]
    public void An_origin_brings_1024_at_most_and_takes_no_room_from_another()
    {
        for (var i = 0; i < UnregisteredObjects.MaxOfOrigin; i++) Assert.True(_objects.Admits(Object(i), s_one));
        Assert.False(_objects.Admits(Object(-1), s_one));
        Assert.True(_objects.Admits(Object(-1), s_two));
    }

    [Fact]
    public void An_object_counts_once_in_a_transfer_whoever_brings_it()
    {
        for (var i = 0; i < UnregisteredObjects.MaxOfOrigin; i++) Assert.True(_objects.Admits(Object(i), s_one));
        Assert.True(_objects.Admits(Object(0), s_one));
        for (var i = 1; i <= UnregisteredObjects.MaxOfOrigin; i++)
        {
            Assert.True(_objects.Admits(Object(0), s_two));
            Assert.True(_objects.Admits(Object(-i), s_two));
        }

        Assert.False(_objects.Admits(Object(-UnregisteredObjects.MaxOfOrigin - 1), s_two));
    }

    [Fact]
    public void What_a_transfer_was_judged_to_bring_does_not_count_for_the_next_one()
    {
        for (var round = 0; round < 3; round++)
        {
            _objects.BeginTransfer();
            for (var i = 0; i < UnregisteredObjects.MaxOfOrigin; i++) Assert.True(_objects.Admits(Object(i), s_one));
            Assert.False(_objects.Admits(Object(-1), s_one));
        }

        Assert.Equal(0, _objects.Count);
    }

    [Fact]
    public void What_came_counts_for_ever()
    {
        for (var i = 0; i < UnregisteredObjects.MaxOfOrigin - 1; i++) _objects.Add(s_one);
        Assert.Equal(UnregisteredObjects.MaxOfOrigin - 1, _objects.Count);
        _objects.BeginTransfer();
        Assert.True(_objects.Admits(Object(1), s_one));
        Assert.False(_objects.Admits(Object(2), s_one));
        Assert.True(_objects.Admits(Object(2), s_two));
    }

    [Fact]
    public void All_origins_bring_65536_at_most()
    {
        for (var i = 0; i < UnregisteredObjects.Max - 1; i++) _objects.Add(new ReplicaId((UInt128)(i / 100) + 10));
        Assert.Equal(UnregisteredObjects.Max - 1, _objects.Count);
        Assert.True(_objects.Admits(Object(1), s_one));
        Assert.False(_objects.Admits(Object(2), s_two));
        Assert.True(_objects.Admits(Object(1), s_two));
    }

    private static ObjectIdentity Object(int number) => new($"object {number}", ObjectKind.Map, "text");
}
