using System.Net.Sockets;
using PeerReplica.Benchmarks.Load.Stamps;

namespace PeerReplica.Benchmarks.Load.Bare;

/// <summary>
/// Stamps over a bare connection. A thread waits in the system call for each; it notes the stamp itself, or leaves it in memory for a thread that reads that again and again.
/// </summary>
internal sealed class BareStamps : StampObserver
{
    private readonly TcpListener _listener = BareStream.Listen();
    private Stream? _stream;
    private long _seen;

    public BareStamps(bool isTls, bool isSpinning)
    {
        Run(() => Receive(isTls, isSpinning));
        if (isSpinning) Run(() => Spin(() => Volatile.Read(ref _seen)));
    }

    public override int Port => BareStream.PortOf(_listener);

    public static StampWriter Writer(int port, bool isTls)
    {
        var stream = BareStream.Connect(port, isTls);
        var message = new byte[BareStream.MessageBytes];
        return new(Write, stream);

        void Write(long stamp)
        {
            BitConverter.TryWriteBytes(message, stamp);
            stream.Write(message);
        }
    }

    protected override void Close()
    {
        _listener.Dispose();
        _stream?.Dispose();
    }

    private void Receive(bool isTls, bool isSpinning)
    {
        _stream = BareStream.Accept(_listener, isTls);
        var message = new byte[BareStream.MessageBytes];
        while (_stream.ReadAtLeast(message, message.Length, throwOnEndOfStream: false) == message.Length)
        {
            var stamp = BitConverter.ToInt64(message);
            if (isSpinning) Volatile.Write(ref _seen, stamp); else Note(stamp);
        }
    }
}
