namespace PeerReplica.Escrow;

/// <summary>What an account needs of the object that app threads hold. Called by the loop only, unless said otherwise.</summary>
internal abstract class EscrowPort
{
    public abstract EscrowName Name { get; }

    public abstract Budget Down { get; }

    /// <summary>Null where there is no ceiling.</summary>
    public abstract Budget? Up { get; }

    /// <summary>How much one replica may have taken that the account consensus does not know of.</summary>
    public abstract long Allowance { get; }

    /// <summary>What this replica asks to be granted initially, should nobody have granted initially it yet.</summary>
    public abstract InitialGrantRequest InitialGrant { get; }

    /// <summary>What takes that wait add up to.</summary>
    public abstract long Want { get; }

    /// <summary>What returns that wait add up to.</summary>
    public abstract long UpWant { get; }

    /// <summary>What was ever granted here.</summary>
    public abstract long Granted { get; }

    /// <summary>What this replica asks of the authorities over reservations; a new array whenever that changes.</summary>
    public abstract ReservationRequest[] Requests { get; }

    /// <summary>Requests to take or hold whose callers no longer wait; a new array whenever that changes.</summary>
    public virtual Withdrawal[] Withdrawals => [];

    /// <summary>Whether the reservations are holds of a bounded counter, and not items of a pool.</summary>
    public abstract bool HoldsAreReservations { get; }

    /// <summary>A hold of this replica's was confirmed: what it held can be given back from now on.</summary>
    public abstract void Confirmed(long amount);

    /// <summary>With whom the authority over a reservation began; null when there is no such reservation, or not yet.</summary>
    public abstract ReplicaId? FirstAuthority(byte[] key);

    /// <summary>The most that was asked for and not had since the last call; 0 when nothing was.</summary>
    public abstract long Missed();

    /// <summary>The replica has ended: nothing is spent any more of what is left in the budgets.</summary>
    public void EndSpending()
    {
        Down.Remove(long.MaxValue);
        Up?.Remove(long.MaxValue);
    }

    /// <summary>The replica leaves: what was asked for and is not answered is withdrawn, as long as that can still be told.</summary>
    public virtual void EndAsking()
    {
    }

    /// <summary>Nothing will come any more: whoever waits need not.</summary>
    public abstract void EndWaiting();

    /// <summary>Something that the object shows or waits for may have changed.</summary>
    public abstract void Changed();
}
