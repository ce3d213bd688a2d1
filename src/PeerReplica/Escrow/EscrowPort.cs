namespace PeerReplica.Escrow;

/// <summary>What an account needs of the object that app threads hold. Called by the loop only, unless said otherwise.</summary>
internal abstract class EscrowPort
{
    public abstract EscrowName Name { get; }

    public abstract Budget Down { get; }

    /// <summary>Null where there is no ceiling.</summary>
    public abstract Budget? Up { get; }

    /// <summary>How much one replica may have taken that the council does not know of.</summary>
    public abstract long Allowance { get; }

    /// <summary>What this replica asks to be minted, should nobody have minted it yet.</summary>
    public abstract MintWish Mint { get; }

    /// <summary>What takes that wait add up to.</summary>
    public abstract long Want { get; }

    /// <summary>What returns that wait add up to.</summary>
    public abstract long UpWant { get; }

    /// <summary>What was ever granted here.</summary>
    public abstract long Granted { get; }

    /// <summary>How much of the net is held.</summary>
    public abstract long Held { get; }

    /// <summary>The most that was asked for and not had since the last call; 0 when nothing was.</summary>
    public abstract long Missed();

    /// <summary>Nothing will come any more: whoever waits need not.</summary>
    public abstract void EndWaiting();

    /// <summary>Something that the object shows or waits for may have changed.</summary>
    public abstract void Changed();
}
