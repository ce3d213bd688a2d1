using PeerReplica.Causality;

namespace PeerReplica.Escrow;

/// <summary>
/// Removes the records of holds that have ended, a while after their end. Items of a pool are not removed: there are as many as were registered.
/// <list type="number">
/// <item>Only the holder removes a hold, while its account is open, and only if a majority has acknowledged the end.</item>
/// <item>Such a hold adds nothing to what any account is worth: its end is in its holder's net. A hold of a closed account stays.</item>
/// <item>What was removed cannot be decided about again: every request is about a version that is no more.</item>
/// </list>
/// </summary>
internal sealed class ReservationCollector(EscrowPort port, ReplicaId self, EscrowView view, ReservationIndex book)
{
    /// <summary>How many holds are looked at in one step.</summary>
    public const int MaxPerStep = 256;

    private readonly Queue<(Instant Due, byte[] Key)> _ended = new();
    private readonly SortedSet<byte[]> _waiting = new(ReservationKeyOrder.Instance);
    private Instant _lookedAt = new(-1);

    /// <summary>When the next hold may be removed.</summary>
    public Instant Next => _ended.TryPeek(out var first) ? Instant.Max(first.Due, new Instant(_lookedAt.Ticks + 1)) : Instant.Never;

    /// <summary>How many holds wait to be removed.</summary>
    public int Waiting => _ended.Count;

    /// <summary>Removes what is due.</summary>
    /// <param name="now">The time.</param>
    /// <param name="retention">For how long an ended hold stays, so that whoever asks again hears what became of it.</param>
    /// <param name="publisher">Where removals go.</param>
    public void Tend(Instant now, TimeSpan retention, IEscrowPublisher publisher)
    {
        if (!port.HoldsAreReservations) return;
        book.IsCollected = true;
        while (book.TryTakeEnded(out var key))
        {
            if (IsOurs(key)) Add(key, now + retention);
        }

        if (now == _lookedAt) return;
        _lookedAt = now;
        for (var looked = 0; looked < MaxPerStep && _ended.TryPeek(out var first) && first.Due <= now; looked++)
        {
            _ended.Dequeue();
            _waiting.Remove(first.Key);
            if (book.Single(first.Key) is not { Record.IsEnded: true } reservation || !IsOurs(first.Key) || port.FirstAuthority(first.Key) != reservation.Origin) continue;
            if (book.IsEffective(reservation)) publisher.Remove(port.Name, first.Key);
            else if (reservation.Origin == self) Add(first.Key, now + retention);
        }
    }

    private void Add(byte[] key, Instant due)
    {
        if (_waiting.Add(key)) _ended.Enqueue((due, key));
    }

    private bool IsOurs(byte[] key) => port.FirstAuthority(key) == self && view.ClosingOf(self) is null;
}
