namespace PeerReplica.Crdts;

/// <summary>A record that does not stand in its entry: another origin's beside the one that does, or a write on its way there.</summary>
internal class DetachedRecord : Record
{
    private Entry? _entry;

    public override Entry Parent => _entry!;

    /// <summary>Says which entry it is for; null: none any more.</summary>
    public void BelongTo(Entry? entry) => _entry = entry;
}
