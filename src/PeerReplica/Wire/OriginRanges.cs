namespace PeerReplica.Wire;

/// <summary>The ranges in which a vector of a length is sent, so many origins to each; one where there are none.</summary>
internal readonly struct OriginRanges(int size, int length)
{
    public Enumerator GetEnumerator() => new(size, length);

    public struct Enumerator(int size, int length)
    {
        private OriginRange _current = new(-size, size);

        public readonly OriginRange Current => _current;

        public bool MoveNext()
        {
            if (_current.First >= 0 && !_current.IsBefore(length)) return false;
            _current = _current.Next;
            return true;
        }
    }
}
