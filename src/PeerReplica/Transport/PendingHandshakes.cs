namespace PeerReplica.Transport;

/// <summary>
/// The handshakes that callers have begun and not ended, bounded in total and for each source address. A new one is never refused: beyond a bound the oldest one is given up, of the
/// same source or of the source that has the most. So callers that hold connections open cannot keep others out, whose handshakes take milliseconds. Thread-safe.
/// </summary>
internal sealed class PendingHandshakes(int maxTotal, int maxPerSource)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedList<Pending>> _bySource = new(StringComparer.Ordinal);
    private int _total;

    public int Count
    {
        get
        {
            lock (_gate) return _total;
        }
    }

    /// <summary>Adds a handshake, and gives up another one if there are too many.</summary>
    /// <param name="source">The caller's IP address.</param>
    /// <param name="giveUp">Ends the handshake; called at most once, on the thread of a later caller. It must not throw.</param>
    /// <returns>To be disposed of when the handshake has ended.</returns>
    public IDisposable Begin(string source, Action giveUp)
    {
        var pending = new Pending(this, source, giveUp);
        Pending? victim = null;
        lock (_gate)
        {
            if (!_bySource.TryGetValue(source, out var own)) _bySource.Add(source, own = []);
            if (own.Count >= maxPerSource) victim = own.First!.Value;
            else if (_total >= maxTotal) victim = _bySource.Values.MaxBy(l => l.Count)!.First!.Value;
            if (victim is not null) Remove(victim);
            if (own.Count == 0) _bySource[source] = own;
            pending.Node = own.AddLast(pending);
            _total++;
        }

        victim?.GiveUp();
        return pending;
    }

    private void End(Pending pending)
    {
        lock (_gate) Remove(pending);
    }

    private void Remove(Pending pending)
    {
        if (pending.Node?.List is not { } list) return;
        list.Remove(pending.Node);
        _total--;
        if (list.Count == 0) _bySource.Remove(pending.Source);
    }

    private sealed class Pending(PendingHandshakes owner, string source, Action giveUp) : IDisposable
    {
        public string Source { get; } = source;

        public LinkedListNode<Pending>? Node { get; set; }

        public void GiveUp() => giveUp();

        public void Dispose() => owner.End(this);
    }
}
