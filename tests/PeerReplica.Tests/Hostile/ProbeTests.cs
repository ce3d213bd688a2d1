using PeerReplica.Causality;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Hostile;

/// <summary>Answers to probes decide read concerns: one for each peer that was asked, and no others.</summary>
public sealed class ProbeTests
{
    [Fact]
    public void Probe_that_one_peer_answers_twice_counts_once()
    {
        var victim = new Victim(opens: true);
        var answered = new List<ulong>();
        victim.Core.ProbeAnswered = (id, _) => answered.Add(id);
        victim.EnsureLink();
        victim.Probe(7);
        victim.Receive(Reply(7));
        Assert.Equal([7UL], answered);
        victim.Receive(Reply(7));
        Assert.Equal([7UL], answered);
    }

    [Fact]
    public void Answers_that_nobody_asked_for_are_not_kept()
    {
        var victim = new Victim(opens: true);
        victim.EnsureLink();
        for (var i = 1UL; i <= 1000; i++) victim.Receive(Reply(i));
        Assert.Empty(victim.Link.ProbeTargets);
        Assert.True(victim.Link.IsOpen);
    }

    /// <summary>A reply; its vector is of changes that never come, except for probe 7's, which is empty.</summary>
    private static byte[] Reply(ulong id)
    {
        var origins = new OriginTable(new ReplicaId(0xFA1));
        var vector = new VersionVector { [0] = id == 7 ? 0UL : 1000 };
        var frame = new FrameBuffer();
        MessageWriter.WriteProbeReply(frame, id, vector, origins, OriginRange.All);
        return frame.Written.ToArray();
    }
}
