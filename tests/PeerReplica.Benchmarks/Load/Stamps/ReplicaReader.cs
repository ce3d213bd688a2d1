namespace PeerReplica.Benchmarks.Load.Stamps;

/// <summary>A thread that reads the register again and again.</summary>
internal sealed class ReplicaReader : StampObserver
{
    public ReplicaReader(IRegister<long> register) => Run(() => Spin(() => register.Value));
}
