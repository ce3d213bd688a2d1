namespace PeerReplica.Transport;

/// <summary>A connection whose receiving thread can go on with what a frame brought about, since another one receives meanwhile.</summary>
internal interface IContinuingConnection
{
    /// <summary>
    /// Called from within <see cref="ITransportHandler.OnFrame"/>: runs the continuation on the same thread once that has returned, without any lock. Returns
    /// <see langword="false"/> when it cannot; then it is to run elsewhere. It may take any time, and may wait for what the connection receives.
    /// </summary>
    bool TryContinueWith(Action continuation);
}
