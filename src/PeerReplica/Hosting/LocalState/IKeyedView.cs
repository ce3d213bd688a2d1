using PeerReplica.Crdts;

namespace PeerReplica.Hosting.LocalState;

/// <summary>What an entry shows to readers, for those who check it.</summary>
internal interface IKeyedView
{
    /// <summary>Whether a local write that is not yet published is shown.</summary>
    bool HasUnpublishedView { get; }

    /// <summary>The published record that is shown.</summary>
    Record? View { get; }
}
