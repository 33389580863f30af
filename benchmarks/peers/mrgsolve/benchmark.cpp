$PROB
Benchmark model of the tdm1 engine, written by benchmarks/peers/mrgsolve.
$PARAM
CL=0.676, Vc=3.127, Q=1.534, Vp=0.66, CLt=0.35, kelD=5.5, Vd=20.0, DAR=3.5, kex=0.95, eps=0.24, kon=0.9, koff=0.27, R1=830.0, R2=83.0, kint=0.7, kdeg=0.7, kton=0.44, ktof=13.0, Tub=65.0, keff=3.0, kmax=0.06, EC50=30.0, lam0=0.018, lam1=0.45, ktx=0.3, P0=240.0, ktrP=0.62, gamP=0.22, slP=0.0006, kS=0.01, kdep=6e-06, N0=4.5, ktrN=0.75, gamN=0.17, slN=0.0008, AL0=22.0, AS0=25.0, koutL=0.25, smL=1.0, c50L=350.0, slS=0.12
$CMT
A1 A2 T1 T2 DM CT B1 L1 D1 U1 B2 L2 D2 U2 N1 N2 X1 X2 X3 X4 QP PA PB PC PLT PS QN NA NB NC ANC ALT AST
$MAIN
N1_0 = 18.0;
N2_0 = 2.0;
QP_0 = P0;
PA_0 = P0;
PB_0 = P0;
PC_0 = P0;
PLT_0 = P0;
PS_0 = 1.0;
QN_0 = N0;
NA_0 = N0;
NB_0 = N0;
NC_0 = N0;
ANC_0 = N0;
ALT_0 = AL0;
AST_0 = AS0;
$ODE
double shared0 = Q/Vp;
double shared1 = -A2*shared0;
double shared2 = 1.0/Vc;
double shared3 = Q*shared2;
double shared4 = T2*shared0;
double shared5 = A1*shared2;
double shared6 = B1*koff - CT*kon*(-B1 + R1);
double shared7 = N1 + N2;
double shared8 = N1/shared7;
double shared9 = B2*koff - CT*kon*(-B2 + R2);
double shared10 = B1*kint;
double shared11 = L1*kdeg;
double shared12 = U1*ktof;
double shared13 = 0.29999999999999999*DM*keff;
double shared14 = D1*kton*(Tub - U1);
double shared15 = B2*kint;
double shared16 = L2*kdeg;
double shared17 = U2*ktof;
double shared18 = D2*kton*(Tub - U2);
double shared19 = U1*kmax/(EC50 + U1);
double shared20 = -lam0*exp(-0.050000000000000003*log(pow(lam0, 20)*pow(X1 + X2 + X3 + X4 + shared7, 20)/pow(lam1, 20) + 1.0));
double shared21 = U2*kmax/(EC50 + U2);
double shared22 = -NC;
dxdt_A1 = -A1*(CL*shared2 + shared3) - shared1;
dxdt_A2 = A1*shared3 + shared1;
dxdt_T1 = -T1*(CLt*shared2 + shared3) + shared4;
dxdt_T2 = T1*shared3 - shared4;
dxdt_DM = DAR*shared5*(CL - CLt)/Vd - DM*kelD;
dxdt_CT = kex*(-CT + eps*shared5) + shared6*shared8 + shared9*(1.0 - shared8);
dxdt_B1 = -shared10 - shared6;
dxdt_L1 = shared10 - shared11;
dxdt_D1 = -D1*keff + DAR*shared11 + shared12 + shared13 - shared14;
dxdt_U1 = -shared12 + shared14;
dxdt_B2 = -shared15 - shared9;
dxdt_L2 = shared15 - shared16;
dxdt_D2 = -D2*keff + DAR*shared16 + shared13 + shared17 - shared18;
dxdt_U2 = -shared17 + shared18;
dxdt_N1 = N1*(-shared19 - shared20);
dxdt_N2 = N2*(-shared20 - shared21);
dxdt_X1 = N1*shared19 + N2*shared21 - X1*ktx;
dxdt_X2 = ktx*(X1 - X2);
dxdt_X3 = ktx*(X2 - X3);
dxdt_X4 = ktx*(X3 - X4);
dxdt_QP = QP*ktrP*(PS*(-shared5*slP + 1.0)*exp(gamP*(log(P0) - log(PLT))) - 1.0);
dxdt_PA = ktrP*(-PA + QP);
dxdt_PB = ktrP*(PA - PB);
dxdt_PC = ktrP*(PB - PC);
dxdt_PLT = ktrP*(PC - PLT);
dxdt_PS = -PS*kdep*shared5 + kS*(1.0 - PS);
dxdt_QN = QN*ktrN*((-shared5*slN + 1.0)*exp(gamN*(-log(ANC) + log(N0))) - 1.0);
dxdt_NA = ktrN*(-NA + QN);
dxdt_NB = ktrN*(NA - NB);
dxdt_NC = ktrN*(NB + shared22);
dxdt_ANC = ktrN*(-ANC - shared22);
dxdt_ALT = koutL*(AL0*(shared5*smL/(c50L + shared5) + 1.0) - ALT);
dxdt_AST = koutL*(AS0*(DM*slS + 1.0) - AST);
