using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Laws;

/// <summary>Stores that hold different content under equal vectors: what must not be, and must be repaired.</summary>
public sealed class RepairTests
{
    private static readonly ObjectKinds s_map = ObjectKinds.All.Single(k => k.Kind == ObjectKind.Map);
    private static readonly ObjectKinds s_set = ObjectKinds.All.Single(k => k.Kind == ObjectKind.Set);

    [Fact]
    public void Two_payloads_of_one_dot_become_one() => Repair(n => n.Write(s_map, 0, 1, new(5)), n => n.Write(s_map, 0, 2, new(5)));

    [Fact]
    public void One_dot_on_two_keys_becomes_one() => Repair(n => n.Write(s_map, 0, 1, new(5)), n => n.Write(s_map, 1, 1, new(5)));

    [Fact]
    public void One_dot_in_two_objects_becomes_one() => Repair(n => n.Write(s_map, 0, 1, new(5)), n => n.Write(s_set, 0, 1, new(5)));

    [Fact]
    public void Dot_that_stands_twice_in_a_transfer_is_refused()
    {
        var body = new FrameBuffer();
        body.WriteArrayHeader(0);
        Section(body, from: 0, length: 1, key: 1, name: true);
        Section(body, from: 0, length: 0, key: 2, name: false);
        var node = new StoreNode(0);
        var before = node.Describe();
        var delta = new Delta(body.Written.ToArray(), DataFlags.First | DataFlags.Last | DataFlags.Fresh);
        Assert.Equal(DeltaVerdict.Malformed, node.Deliver(delta).Verdict);
        Assert.Equal(DeltaVerdict.Malformed, node.Deliver(delta with { Flags = delta.Flags | DataFlags.FullState }).Verdict);
        Assert.Equal(before, node.Describe());
        node.CheckInvariants();
    }

    [Fact]
    public void Repair_that_is_no_full_state_is_refused()
    {
        var (from, to) = (new StoreNode(0), new StoreNode(1));
        from.Write(s_map, 0, 1, new(5));
        var delta = from.DeltaFor(to);
        Assert.Equal(DeltaVerdict.Malformed, to.Deliver(delta with { Flags = delta.Flags | DataFlags.Repair }).Verdict);
        Assert.Equal(DeltaVerdict.Applied, to.Deliver(delta).Verdict);
    }

    private static void Section(FrameBuffer body, ulong from, ulong length, int key, bool name)
    {
        if (name) body.WriteReplicaId(new ReplicaId(77));
        else body.WriteUInt(0);
        body.WriteUInt(from);
        body.WriteUInt(length);
        body.WriteUInt((ulong)RecordFlags.NextSequence);
        if (name)
        {
            body.WriteArrayHeader(3);
            body.WriteText(s_map.Identity.Name);
            body.WriteUInt((ulong)s_map.Kind);
            body.WriteText(s_map.KeyEncoding);
        }
        else
        {
            body.WriteUInt(0);
        }

        body.WriteInt(5);
        body.WriteInt(key);
        body.WriteInt(1);
        body.WriteNil();
    }

    /// <summary>Gives two stores different contents of one origin under one vector, and lets each repair from the other.</summary>
    private static void Repair(Action<StoreNode> one, Action<StoreNode> other)
    {
        foreach (var swapped in new[] { false, true })
        {
            var (a, b) = (Holding(swapped ? other : one, 0), Holding(swapped ? one : other, 1));
            Assert.Equal(a.Digest.Vector, b.Digest.Vector);
            Assert.NotEqual(a.Digest.Content, b.Digest.Content);
            b.Deliver(a.FullState(repair: true));
            b.CheckInvariants();
            a.Deliver(b.FullState(repair: true));
            a.CheckInvariants();
            Assert.Equal(a.Digest, b.Digest);
            Assert.Equal(a.Describe(), b.Describe());
        }
    }

    private static StoreNode Holding(Action<StoreNode> write, int number)
    {
        var node = new StoreNode(number);
        var origin = new StoreNode(5);
        write(origin);
        Assert.Equal(DeltaVerdict.Applied, node.Deliver(origin.DeltaFor(node)).Verdict);
        return node;
    }
}
