namespace PeerReplica.Benchmarks.InProcess;

/// <summary>
/// The keys that are accessed, one after the other, drawn at random from a range of indices. There are at least as many as there are entries, so that no invocation
/// finds in the cache what the one before it left there, unless all entries fit.
/// </summary>
internal sealed class Probes<TKey>
{
    private readonly TKey[] _keys;
    private readonly int _slice;
    private int _at;

    /// <param name="first">The range's first index.</param>
    /// <param name="count">How many indices it has.</param>
    /// <param name="slice">How many keys one invocation takes.</param>
    /// <param name="seed">Which order.</param>
    public Probes(int first, int count, int slice, int seed)
    {
        _slice = slice;
        var random = new Random(seed);
        _keys = new TKey[(count + slice - 1) / slice * slice];
        for (var i = 0; i < _keys.Length; i++) _keys[i] = Keys.Of<TKey>(first + random.Next(count));
    }

    public ReadOnlySpan<TKey> Next() => NextForTwo().Span;

    /// <summary>The same as what <see cref="Next"/> gives, to be handed to another thread.</summary>
    public ReadOnlyMemory<TKey> NextForTwo()
    {
        var slice = _keys.AsMemory(_at, _slice);
        _at = (_at + _slice) % _keys.Length;
        return slice;
    }

    /// <summary>From the first key on: each benchmark goes the same way.</summary>
    public void Rewind() => _at = 0;
}
