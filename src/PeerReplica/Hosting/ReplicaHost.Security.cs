using Microsoft.Extensions.Logging;
using PeerReplica.Diagnostics;
using PeerReplica.Replication;
using PeerReplica.Security;
using PeerReplica.Transport;

namespace PeerReplica.Hosting;

/// <summary>Who is at the other end of a connection, and what the transport reports of those that were not let in.</summary>
internal sealed partial class ReplicaHost
{
    private bool RequiresIdentity => _options.SharedSecret is not null;

    public void OnNotice(TransportNotice notice)
    {
        ArgumentNullException.ThrowIfNull(notice);
        lock (_gate)
        {
            if (!IsLive) return;
            if (VerdictOf(notice.Kind) is { } verdict) ReportHandshake(notice, verdict);
        }
    }

    public void OnExpiring(ITransportConnection connection, TimeSpan within)
    {
        lock (_gate)
        {
            if (_linkIds.TryGetValue(connection, out var id)) Step((core, now) => core.LinkExpires(id, within, now));
        }
    }

    private static LinkVerdict? VerdictOf(TransportNoticeKind kind) => kind switch
    {
        TransportNoticeKind.NotAuthenticated => LinkVerdict.NotAuthenticated,
        TransportNoticeKind.VersionMismatch => LinkVerdict.VersionMismatch,
        TransportNoticeKind.NotEncrypted => LinkVerdict.NotEncrypted,
        TransportNoticeKind.Denied => LinkVerdict.Denied,
        TransportNoticeKind.HandshakeFailed => LinkVerdict.HandshakeFailed,
        _ => null,
    };

    /// <summary>
    /// A failed handshake. One that only broke or came too late is nothing that an operator could mend here when a stranger made it: it is counted, and seen at the level of debugging.
    /// </summary>
    private void ReportHandshake(TransportNotice notice, LinkVerdict verdict)
    {
        Metrics.LinkClosed(verdict);
        var address = notice.RemoteAddress ?? "(unknown)";
        if (verdict == LinkVerdict.HandshakeFailed && !notice.IsDialed)
        {
            Log.LinkRefused(_logger, LogLevel.Debug, address, verdict, notice.Detail);
            return;
        }

        ReportRefusal(address, verdict, notice.Detail);
        if (verdict != LinkVerdict.HandshakeFailed) NoteRefusal(address, verdict, notice.Detail);
    }

    private void ReportRefusal(string address, LinkVerdict verdict, string detail)
    {
        var level = _refusals.IsNews(address, verdict, Now) ? LogLevel.Warning : LogLevel.Debug;
        Log.LinkRefused(_logger, level, address, verdict, detail);
    }

    /// <summary>Who the transport has authenticated; false when it has not, and the options demand it.</summary>
    private bool TryIdentify(ITransportConnection connection, out LinkIdentity? identity)
    {
        identity = null;
        PeerIdentity? peer = null;
        try
        {
            peer = connection.Peer;
        }
        catch (Exception e)
        {
            Log.TransportFailed(_logger, connection.RemoteAddress, e);
        }

        if (peer is null)
        {
            if (!RequiresIdentity) return true;
            const string detail = "the transport does not say who the peer is, and the options demand that it be authenticated: authenticate each stream with ChannelSecurity, and report the identity";
            ReportRefusal(connection.RemoteAddress, LinkVerdict.NotAuthenticated, detail);
            NoteRefusal(connection.RemoteAddress, LinkVerdict.NotAuthenticated, detail);
            return false;
        }

        if (!peer.IsShared) identity = new LinkIdentity(peer.Name, peer.NodeName, peer.IgnoresCase);
        return true;
    }
}
