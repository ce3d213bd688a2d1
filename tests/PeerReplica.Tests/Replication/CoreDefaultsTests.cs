using PeerReplica.Replication;

namespace PeerReplica.Tests.Replication;

/// <summary>A core that is given no settings behaves as a replica that is given none.</summary>
public sealed class CoreDefaultsTests
{
    private readonly CoreOptions _core = new() { ClusterName = "c", NodeName = "n", Address = "a:1" };
    private readonly PeerReplicaOptions _public = new();

    [Fact]
    public void Limits_are_those_of_the_public_options()
    {
        Assert.Equal(_public.MaxBytesPerSecondPerPeer, _core.MaxBytesPerSecondPerPeer);
        Assert.Equal(_public.MaxKeyBytes, _core.MaxKeyBytes);
        Assert.Equal(_public.MaxValueBytes, _core.MaxValueBytes);
        Assert.Equal(_public.MaxFrameBytes, _core.MaxFrameBytes);
        Assert.Equal(_public.MaxStagedBytes, _core.MaxStagedBytes);
    }

    [Fact]
    public void Times_are_those_of_the_public_options()
    {
        Assert.Equal(
            (_public.BroadcastInterval, _public.HeartbeatInterval, _public.PeerTimeout, _public.ForgetAfter),
            (_core.BroadcastInterval, _core.HeartbeatInterval, _core.PeerTimeout, _core.ForgetAfter));
        Assert.Equal(
            (_public.RelayAfter, _public.SeedTimeout, _public.MaxClockSkew),
            (_core.RelayAfter, _core.SeedTimeout, _core.MaxClockSkew));
    }
}
