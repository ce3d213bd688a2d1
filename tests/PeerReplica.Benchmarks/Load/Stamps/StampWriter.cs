namespace PeerReplica.Benchmarks.Load.Stamps;

/// <summary>Sends a stamp on its way, on the caller's thread.</summary>
internal sealed class StampWriter(Action<long> write, params IDisposable[] owned) : IDisposable
{
    public void Write(long stamp) => write(stamp);

    public void Dispose()
    {
        foreach (var one in owned) one.Dispose();
    }
}
